#!/usr/bin/env python3
import gc
import os

if __name__ == "__main__":
    # While Django and the project are imported there is no garbage, and looking for it takes an eighth of the start.
    gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")
    from monitor.management.terminal import main  # not at the top: it imports Django's database, which reads settings

    main()

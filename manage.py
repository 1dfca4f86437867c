#!/usr/bin/env python3
import os

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")
    from monitor.management.terminal import main  # not at the top: it imports Django's database, which reads settings

    main()

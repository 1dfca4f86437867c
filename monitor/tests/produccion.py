"""The settings of a production plus those of static files, which needn't be collected before the tests."""

from monitor.settings import *  # noqa: F403
from monitor.settings import STORAGES

STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True

"""The notices that a page of the admin shows after a redirect."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedCookieStorage(CookieStorage):
    cookie_name = f"{settings.PREFIJO_DE_COOKIES}messages"


class NoticeStorage(FallbackStorage):
    """Django's own, with the name of our cookies: few notices go in a cookie, which costs no statement, and many in the
    session."""

    storage_classes = (NamedCookieStorage, SessionStorage)

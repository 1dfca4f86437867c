import os

from django.core.wsgi import get_wsgi_application

from monitor.request import Request

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")

_django = get_wsgi_application()
_django.request_class = Request


def application(environ, start_response):
    """Answer as Django does, but give an answer that isn't streamed as a list: the server sends a list at once, and
    makes anything else piece by piece, while the client reads."""
    response = _django(environ, start_response)
    if response.streaming:
        return response
    response.close()  # the server closes any answer but a list
    return [response.content]

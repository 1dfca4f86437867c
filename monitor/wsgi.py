import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "monitor.settings")

_django = get_wsgi_application()


def application(environ, start_response):
    """Django's, but what isn't streamed is given as a list: granian sends that at once, and goes back to Python for
    each piece of anything else."""
    response = _django(environ, start_response)
    if response.streaming:
        return response
    response.close()  # the server would, of anything but a list
    return [response.content]

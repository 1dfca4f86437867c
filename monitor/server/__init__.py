"""The web server: HTTP/1.1 in front of Django (docs/adr/0010).

A thread is spent on an HTTP request only once all of it is here, and none waits for a client that doesn't read. What
waits for the database leaves threads to what only reads. What is slow is cut after the times of `limits`.

    workers       the processes: the socket that they share, who ends and is started again, signals
    connection    one client's connection: its requests, in turn, its answers and its deadlines
    received      an HTTP request as it comes in, and its body
    service       what the connections of a worker share, and what cuts those that are late
    application   the threads that run Django, and what they are given
    limits        how much and how long
"""

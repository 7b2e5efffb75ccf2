"""A development host: runs the FunctionApp of the current folder on one machine.

It imitates the parts of the Azure Functions host that our functions use: HTTP routing, queue and timer
triggers, poison queues, start and stop. It has no keys, no function timeout, no output binding except the
HTTP response, and connects with connection strings only. At the start it refuses an app that uses more, and
one that the real host would refuse.

Start it with `python -m local.host --port N` in the folder of `function_app.py`.
"""

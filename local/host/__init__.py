"""A development host: runs the FunctionApp of the current folder on one machine, as the Azure Functions host
would.

It imitates what our functions meet (HTTP routing, queue and timer triggers, poison queues, start and stop)
and nothing else: no keys, no function timeout, no output bindings beside the HTTP answer, only connection
strings. An app that uses more is refused at the start, as is one that the real host would refuse. `docs/`
says which claims rest on it.

Start it with `python -m local.host --port N` in the folder of `function_app.py`.
"""

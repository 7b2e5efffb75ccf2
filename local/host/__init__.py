"""A development host: runs the FunctionApp of the current folder on one machine.

It imitates what our functions meet of the Azure Functions host (HTTP routing, queue and timer triggers,
poison queues, start and stop) and nothing else: no keys, no function timeout, no output binding but the HTTP
answer, connection strings only. An app that uses more is refused at the start, as is one that the real host
would refuse.

Start it with `python -m local.host --port N` in the folder of `function_app.py`.
"""

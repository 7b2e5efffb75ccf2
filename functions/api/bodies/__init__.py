"""The models of the request bodies: their members, bounds and error texts.

Import these only where a body is checked, as pydantic takes about 100 ms to import. A body is first checked
against its model's JSON Schema, in the same way as template parameters (decision 0005); the model then
converts it to typed values. Patterns are ECMAScript's.
"""

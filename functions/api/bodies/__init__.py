"""The request bodies, as models: what a caller may send, its bounds, and the words for what is wrong.

Import these only where a body is checked: pydantic costs about 100 ms of a cold start. A body is checked
against its model's JSON Schema first, by the one mechanism that checks template parameters as well
(decision 0005); the model then gives the handler typed values. Patterns are ECMAScript's.
"""

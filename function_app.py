"""The app that the Functions host loads. It only registers the functions."""

from __future__ import annotations

import azure.functions as func

from functions import api, observability, workers
from functions.bootstrap import get_context, get_settings
from functions.settings import timer_schedules

observability.configure()

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
app.register_functions(api.blueprint(get_context, get_settings))
app.register_functions(workers.blueprint(get_context, timer_schedules()))

"""The words of the workflow in one place: states, events, commands; each kind has its own file."""

from firmware_app.workflow.commands import *  # noqa: F403 - said once, beside each word
from firmware_app.workflow.events import *  # noqa: F403
from firmware_app.workflow.states import *  # noqa: F403

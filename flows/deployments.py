"""The nightly deployment, and a Prefect server of our own on loopback for those who have none."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

from prefect import serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.deployments.runner import RunnerDeployment
from prefect.flows import EntrypointType
from prefect.schedules import Cron
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.refresh import refresh
from schemas.errors import SegueError, SettingsError
from schemas.values import Home

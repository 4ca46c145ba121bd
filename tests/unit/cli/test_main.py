# SPDX-License-Identifier: Apache-2.0
"""The entry point: exit codes, sentences instead of tracebacks, laziness."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from ottla import __version__
from ottla.base.errors import ConfigError, OttlaError
from ottla.cli import main as main_module
from ottla.cli.lazy_group import LazyCommand
from ottla.cli.main import COMMANDS, main


@pytest.fixture
def failing(monkeypatch):
    """Make a command `fail` that raises what it is told to, and run it."""

    def run(error):
        @click.command("fail")
        def command():
            raise error

        module = type(sys)("failing_command")
        module.command = command
        monkeypatch.setitem(sys.modules, "failing_command", module)
        table = main_module.cli._lazy_commands
        monkeypatch.setitem(table, "fail", LazyCommand("fail", "failing_command", "Fail."))
        return main(["fail"])

    return run


def test_help_lists_all_commands(capsys):
    """`--help` names each command with its line."""
    assert main(["--help"]) == 0
    output = capsys.readouterr().out
    for entry in COMMANDS:
        assert entry.name in output
        assert entry.help in output


def test_version(capsys):
    """`--version` prints the version."""
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"ottla {__version__}\n"


def test_no_command_is_wrong_usage(capsys):
    """Without a command the help is shown, and the exit code says that nothing was done."""
    assert main([]) == 2
    assert "Commands:" in capsys.readouterr().err


def test_unknown_command_suggests(capsys):
    """A typing error gets a suggestion and exit code 2."""
    assert main(["tpoics"]) == 2
    assert "Did you mean 'topics'?" in capsys.readouterr().err
    assert main(["xyzzy"]) == 2
    assert "There is no command 'xyzzy'." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (OttlaError("it broke"), 1, "ottla: it broke\n"),
        (ConfigError("k", "v", "a number"), 2, "ottla: k='v' is not valid: a number\n"),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
    ],
)
def test_errors_are_one_sentence(failing, capsys, error, code, text):
    """Failures become a sentence on standard error and a documented exit code."""
    assert failing(error) == code
    captured = capsys.readouterr()
    assert captured.err == text
    assert captured.out == ""


def test_other_exceptions_are_bugs(failing):
    """What is no error of Ottla's own keeps its traceback."""
    with pytest.raises(ZeroDivisionError):
        failing(ZeroDivisionError())


def test_closed_pipe_is_success():
    """A reader that goes away early has what it wanted."""
    script = (
        "import sys; from ottla.cli.main import main; "
        "sys.exit(main(['completion', 'zsh']) or main(['--help']))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()
    assert (process.wait(), error) == (0, b"")


def test_python_without_assertions_is_refused():
    """`python -O` would switch off the checks that Ottla relies on."""
    result = subprocess.run(
        [sys.executable, "-O", "-m", "ottla", "--help"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert "without -O" in result.stderr


def test_start_imports_no_client_code():
    """`ottla start` pays neither for rich nor for the client nor for other commands."""
    script = (
        "import sys; from ottla.cli.main import main; main(['start', '--help']); "
        "print([name for name in sys.modules if name.split('.')[0] in ('rich', 'asyncio')"
        " or name.startswith(('ottla.client', 'ottla.cli.t', 'ottla.cli.output'))])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"

# SPDX-License-Identifier: Apache-2.0
"""A certificate authority for one test run, made with openssl."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class Authority:
    """Issues certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate = folder / "ca.pem"
        _openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", self._path("ca.key"), "-out", self.certificate),
            *("-subj", "/CN=test authority", "-days", "2"),
        )

    def issue(self, name: str, *, address: str = "127.0.0.1") -> tuple[Path, Path]:
        """Return a certificate for an address and its key."""
        request, certificate, key = (self._path(f"{name}.{kind}") for kind in ("csr", "pem", "key"))
        extensions = self._path(f"{name}.ext")
        extensions.write_text(
            f"subjectAltName=IP:{address}\nextendedKeyUsage=serverAuth,clientAuth\n"
        )
        _openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", key, "-out", request, "-subj", f"/CN={name}"),
        )
        _openssl(
            *("x509", "-req", "-in", request, "-out", certificate, "-days", "2"),
            *("-CA", self.certificate, "-CAkey", self._path("ca.key"), "-CAcreateserial"),
            *("-extfile", extensions),
        )
        return certificate, key

    def _path(self, name: str) -> Path:
        return self._folder / name


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

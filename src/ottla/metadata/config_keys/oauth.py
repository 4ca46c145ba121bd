# SPDX-License-Identifier: Apache-2.0
"""Keys of SASL OAUTHBEARER."""

from __future__ import annotations

from ottla.base.config_def import between, one_of_any_case
from ottla.metadata.config_keys.notation import (
    BOOLEAN,
    CLASS,
    INT,
    LIST,
    LONG,
    PASSWORD,
    STRING,
    inert,
)

KEYS = (
    inert(
        "sasl.oauthbearer.assertion.algorithm",
        STRING,
        "RS256",
        "Algorithm that signs client assertions.",
        one_of_any_case("ES256", "RS256"),
    ),
    inert(
        "sasl.oauthbearer.assertion.claim.aud", STRING, None, "Audience claim of client assertions."
    ),
    inert(
        "sasl.oauthbearer.assertion.claim.exp.seconds",
        INT,
        300,
        "Life of client assertions.",
        between(0, 86400),
    ),
    inert(
        "sasl.oauthbearer.assertion.claim.iss", STRING, None, "Issuer claim of client assertions."
    ),
    inert(
        "sasl.oauthbearer.assertion.claim.jti.include",
        BOOLEAN,
        False,
        "Whether client assertions carry an identifier.",
    ),
    inert(
        "sasl.oauthbearer.assertion.claim.nbf.seconds",
        INT,
        60,
        "How far client assertions are valid in the past.",
        between(0, 3600),
    ),
    inert(
        "sasl.oauthbearer.assertion.claim.sub", STRING, None, "Subject claim of client assertions."
    ),
    inert("sasl.oauthbearer.assertion.file", STRING, None, "File with a ready client assertion."),
    inert(
        "sasl.oauthbearer.assertion.private.key.file",
        STRING,
        None,
        "File with the key that signs client assertions.",
    ),
    inert(
        "sasl.oauthbearer.assertion.private.key.passphrase",
        PASSWORD,
        None,
        "Passphrase of the key that signs client assertions.",
    ),
    inert(
        "sasl.oauthbearer.assertion.template.file",
        STRING,
        None,
        "File with further claims of client assertions.",
    ),
    inert(
        "sasl.oauthbearer.client.credentials.client.id",
        STRING,
        None,
        "Client name towards the token endpoint.",
    ),
    inert(
        "sasl.oauthbearer.client.credentials.client.secret",
        PASSWORD,
        None,
        "Client secret towards the token endpoint.",
    ),
    inert(
        "sasl.oauthbearer.clock.skew.seconds",
        INT,
        30,
        "Difference of clocks that is tolerated when tokens are checked.",
    ),
    inert(
        "sasl.oauthbearer.expected.audience", LIST, (), "Audiences of which a token must name one."
    ),
    inert("sasl.oauthbearer.expected.issuer", STRING, None, "Issuer that a token must name."),
    inert(
        "sasl.oauthbearer.jwks.endpoint.refresh.ms",
        LONG,
        3_600_000,
        "Pause between refreshes of the key set.",
    ),
    inert(
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
        LONG,
        10000,
        "Longest pause before the key set is asked for again.",
    ),
    inert(
        "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
        LONG,
        100,
        "First pause before the key set is asked for again.",
    ),
    inert(
        "sasl.oauthbearer.jwks.endpoint.url",
        STRING,
        None,
        "Where the keys that sign tokens are published.",
    ),
    inert(
        "sasl.oauthbearer.jwt.retriever.class",
        CLASS,
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtRetriever",
        "Java class that fetches tokens.",
    ),
    inert(
        "sasl.oauthbearer.jwt.validator.class",
        CLASS,
        "org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator",
        "Java class that checks tokens.",
    ),
    inert("sasl.oauthbearer.scope", STRING, None, "Scope that is asked for with a token."),
    inert(
        "sasl.oauthbearer.scope.claim.name",
        STRING,
        "scope",
        "Claim that holds the scope of a token.",
    ),
    inert(
        "sasl.oauthbearer.sub.claim.name", STRING, "sub", "Claim that holds the subject of a token."
    ),
    inert("sasl.oauthbearer.token.endpoint.url", STRING, None, "Where tokens are fetched."),
)

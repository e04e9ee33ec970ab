package org.pgdeeplake.proxy.session;

import org.pgdeeplake.proxy.postgres.ErrorResponse;

/** Why a session is refused, and what its client hears. */
record Refusal(CloseReason reason, ErrorResponse error) {}

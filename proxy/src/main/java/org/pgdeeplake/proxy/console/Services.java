package org.pgdeeplake.proxy.console;

import org.pgdeeplake.proxy.metrics.Metrics;

/** What the connections of a console have in common. */
record Services(
    Access access, Dialogues dialogues, Catalog catalog, Limits limits, Metrics metrics) {}

package org.pgdeeplake.manager.proxy;

import java.util.List;

/** What a reload has changed. */
public record Reloaded(boolean applied, List<String> changes) {}

package org.pgdeeplake.manager.proxy;

import com.fasterxml.jackson.databind.JsonNode;

/** An answer: what is needed of it, and all of it as the proxy gave it. */
public record Answer<T>(T value, JsonNode json) {}

package org.pgdeeplake.proxy.config;

import org.jspecify.annotations.Nullable;

/**
 * @param bind where metrics, health and the API are served
 * @param stats who may see the stats page and change things; null: nobody
 */
public record AdminConfig(HostPort bind, @Nullable Credentials stats) {}

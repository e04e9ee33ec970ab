package org.pgdeeplake.proxy.config;

/**
 * @param bind where metrics, health and the API are served
 */
public record AdminConfig(HostPort bind) {}

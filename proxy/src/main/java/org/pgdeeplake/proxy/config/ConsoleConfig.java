package org.pgdeeplake.proxy.config;

/**
 * A console that speaks PostgreSQL's protocol.
 *
 * @param credentials the password in plain text, or as PostgreSQL keeps it (SCRAM-SHA-256$...)
 */
public record ConsoleConfig(HostPort bind, Credentials credentials) {}

package org.pgdeeplake.manager.proxy;

/** Which proxy it is. */
public record Version(String name, String version, String started, double uptimeSeconds) {}

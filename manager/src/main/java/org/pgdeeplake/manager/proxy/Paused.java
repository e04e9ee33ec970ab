package org.pgdeeplake.manager.proxy;

/** A backend after pause or resume. */
public record Paused(String backend, boolean paused, long waiting) {}

package org.pgdeeplake.manager.health;

/**
 * One failure of one instance.
 *
 * @param detail what was seen, in words; may be empty
 */
public record Trouble(Failure failure, String detail) {}

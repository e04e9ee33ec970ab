package org.pgdeeplake.proxy.metrics;

/**
 * Who has been let in, at one moment.
 *
 * @param connections of clients, with those who are only to be told that there is no place
 * @param connectionLimit NaN where there is none
 * @param places that sessions have, of those of the process
 * @param cancels requests that are on their way to a server
 * @param heldBytes of what clients have sent ahead of their servers' first word
 * @param heldLimit from how many of them on nobody may send more
 */
public record AdmissionFacts(
    int connections,
    double connectionLimit,
    int places,
    int cancels,
    long heldBytes,
    long heldLimit) {}

package org.pgdeeplake.proxy.metrics;

/**
 * Who has been let in, at one moment.
 *
 * @param connections of clients, with those who are only to be told that there is no place
 * @param connectionLimit NaN where there is none
 * @param places that sessions have, of those of the process
 * @param cancels requests that are on their way to a server
 */
public record AdmissionFacts(int connections, double connectionLimit, int places, int cancels) {}

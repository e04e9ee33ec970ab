package org.pgdeeplake.proxy.metrics;

import java.util.Map;

/**
 * The other replicas at one moment.
 *
 * @param ageSeconds since the last word of each, by its name
 * @param refused requests of peers that did not show the secret, since the start
 * @param forgotten peers that were silent for too long, since the start
 * @param asked cancel keys that peers were asked for, since the start
 */
public record PeerFacts(
    int up, int silent, Map<String, Double> ageSeconds, long refused, long forgotten, long asked) {}

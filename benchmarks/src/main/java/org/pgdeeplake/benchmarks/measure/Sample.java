package org.pgdeeplake.benchmarks.measure;

/**
 * One value, as measured.
 *
 * @param variant of the scenario, such as c=16
 * @param round from 1
 */
public record Sample(
    String scenario, String variant, Metric metric, String peer, int round, double value) {}

package org.pgdeeplake.manager.kubernetes;

import org.jspecify.annotations.Nullable;

/**
 * Which StatefulSet of which cluster.
 *
 * @param context null: the kubeconfig's current one, or the cluster this runs in
 * @param namespace null: the context's
 * @param statefulSet null: pg-deeplake, or the only one with that name label
 */
public record Target(
    @Nullable String context, @Nullable String namespace, @Nullable String statefulSet) {}

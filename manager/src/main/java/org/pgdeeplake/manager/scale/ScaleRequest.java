package org.pgdeeplake.manager.scale;

import java.time.Duration;
import java.util.Optional;

/**
 * What is asked for.
 *
 * @param instances 0: none runs, and all stay defined
 * @param image empty: as it is
 * @param drain how long sessions of an instance that goes may go on
 * @param start how long a new one may take until it is healthy
 */
public record ScaleRequest(int instances, Optional<String> image, Duration drain, Duration start) {}

package org.pgdeeplake.manager.deployment;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A deployment whose number of instances the manager changes. Any thread. */
public interface ScalableDeployment extends ControlledDeployment {

  /** Also what an earlier attempt made or left, and the proxy does not know (any more). */
  List<Instance> existing() throws DeploymentFailed, InterruptedException;

  /** How the instances with the ordinals 1 to {@code count} are or would be reached. */
  List<Instance> upTo(int count) throws DeploymentFailed;

  /** What the proxy is told, by file. */
  Map<Path, String> proxyFiles(List<Instance> instances) throws DeploymentFailed;

  /**
   * What defines the instances beside that, by file; may be nothing.
   *
   * @param image empty: as it is now
   */
  Map<Path, String> stackFiles(int instances, Optional<String> image) throws DeploymentFailed;

  /** Whether instances can have another image. */
  boolean hasImages();

  /**
   * Has the image of the instances here, as the stack's files now name it, so that nothing is ended
   * for one that cannot be had.
   */
  void fetchImage() throws DeploymentFailed, InterruptedException;

  /** The end of what it has written, for whoever asks why it does not work. */
  String lastWords(Instance instance) throws DeploymentFailed, InterruptedException;

  /** Makes the instance anew from the definition and starts it; what it kept locally is lost. */
  Started recreate(Instance instance) throws DeploymentFailed, InterruptedException;

  /** Ends it for good. */
  void remove(Instance instance) throws DeploymentFailed, InterruptedException;

  /** Empty: healthy; otherwise what is missing, in a word or two. */
  Optional<String> unhealthy(Instance instance) throws DeploymentFailed, InterruptedException;

  /**
   * Has the proxy read its configuration again, by a signal.
   *
   * @return false: no proxy runs; its next start reads the files
   */
  boolean signalProxy() throws DeploymentFailed, InterruptedException;
}

package org.pgdeeplake.manager.deployment;

import java.util.Map;

/**
 * What instances take their credentials from when they start, changed in two phases. Values are by
 * the names that the instances' environment has for them; "" for none. One thread.
 */
public interface StartCredentials {
  String ID = "AWS_ACCESS_KEY_ID";
  String SECRET = "AWS_SECRET_ACCESS_KEY";
  String TOKEN = "AWS_SESSION_TOKEN";

  /** For people. */
  String name();

  /** Empty: there is nothing in it. */
  Map<String, String> held() throws DeploymentFailed;

  /**
   * Finds out whether {@link #change} would do; changes nothing.
   *
   * @throws DeploymentFailed it would not, or somebody else keeps it and would undo it
   */
  void prepare(Map<String, String> values) throws DeploymentFailed;

  /**
   * What {@link #prepare} was given is there, for all that start from now on.
   *
   * @return false: it was so already
   */
  boolean change() throws DeploymentFailed;

  /** What was there is so again, unless somebody else has changed it since. */
  void rollBack() throws DeploymentFailed;

  /** What a person should know of it afterwards; "" if nothing. */
  String note();
}

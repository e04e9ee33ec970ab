package org.pgdeeplake.chart;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Skips a test, and says so, where a program is missing that it runs. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NeedsProgram.Condition.class)
@interface NeedsProgram {
  String value();

  /** The condition behind it. */
  final class Condition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      return AnnotationSupport.findAnnotation(context.getElement(), NeedsProgram.class)
          .filter(needs -> !Programs.exists(needs.value()))
          .map(needs -> "SKIPPED " + context.getDisplayName() + ": there is no " + needs.value())
          .map(reason -> {
            System.err.println(reason);
            return ConditionEvaluationResult.disabled(reason);
          })
          .orElseGet(() -> ConditionEvaluationResult.enabled("has its program"));
    }
  }
}

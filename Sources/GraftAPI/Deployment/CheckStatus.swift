package import Schema

/// Something outside the engine that a rollout waits for, or is watched by: a run of an analysis, the answer of a webhook, a number of samples.
///
/// The engine begins and ends checks; whoever performs them hands back the same check, further on, in its next observation. All that is needed to go on with it
/// after a restart is here, and bounded.
package struct CheckStatus: SchemaObject, Hashable {
    /// Unique within the rollout, and the same however often it is decided: `step-3.errors`, `background.errors`, `step-4`; the
    /// number is `step`. A check that begins anew has the same and another `startTime`.
    package var id = ""
    package var kind = Kind.analysis
    /// Step that it belongs to, from 0; nil: it watches the rollout in the background.
    package var step: Int?
    /// Name of the `ModuleAnalysis`; for a webhook, its host; for samples, the counter's name.
    package var subject = ""
    package var startTime: Instant?
    package var phase = AnalysisPhase.pending
    /// Why it stands as it does, in a sentence.
    package var message: String?
    /// How often it was tried, where tries are counted.
    package var attempts = 0
    /// Samples seen since it began.
    package var samples: Int64?
    /// Of an analysis: its metrics.
    package var result: AnalysisStatus?

    package init() {}

    package enum Kind: String, SchemaValue, CaseIterable, Hashable {
        case analysis = "Analysis"
        case webhook = "Webhook"
        case samples = "Samples"
    }

    package static let fields: [Field<Self>] = [
        .required("id", \.id, "Unique within the rollout.", Limits.text(128)),
        .required("kind", \.kind, "Analysis, Webhook or Samples."),
        .optional("step", \.step, "Step that it belongs to, from 0; unset: it watches in the background."),
        .defaulted("subject", \.subject, "", "Name of the ModuleAnalysis, the webhook's host, or the counter.", Limits.text(253)),
        .optional("startTime", \.startTime, "When it began."),
        .defaulted("phase", \.phase, .pending, "How it stands."),
        .optional("message", \.message, "Why it stands so.", Limits.text(512)),
        .defaulted("attempts", \.attempts, 0, "How often it was tried."),
        .optional("samples", \.samples, "Samples seen since it began."),
        .optional("result", \.result, "Of an analysis: its metrics."),
    ]
}

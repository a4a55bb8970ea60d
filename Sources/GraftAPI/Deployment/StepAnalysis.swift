package import Schema

/// A step that is over when every one of these analyses has succeeded.
package struct StepAnalysis: SchemaObject, Hashable {
    package var analyses: [AnalysisReference] = []
    package var deadlineSeconds: Int?
    package var onDeadline: Strategy.OnDeadline?

    package init() {}
    package init(_ analyses: [AnalysisReference], deadlineSeconds: Int? = nil, onDeadline: Strategy.OnDeadline? = nil) {
        self.analyses = analyses
        self.deadlineSeconds = deadlineSeconds
        self.onDeadline = onDeadline
    }

    package static let fields: [Field<Self>] = [
        .collection(
            "analyses", \.analyses,
            "All of them must succeed before the next step. A rollout measures \(Strategy.mostMetrics) metrics at one time, in a step and in the background together.",
            AnalysisReference.list),
        .optional("deadlineSeconds", \.deadlineSeconds, "How long it may take in all; unset: as long as it measures.", Limits.deadline),
        .optional("onDeadline", \.onDeadline, "What follows then: Rollback or Pause; unset: as the strategy says."),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.required = ["analyses"] }
}

/// Analyses that watch a rollout from one of its steps until it ends, pauses included.
package struct BackgroundAnalysis: SchemaObject, Hashable {
    /// From 1, as steps are told in sentences.
    package var startingStep = 1
    package var analyses: [AnalysisReference] = []

    package init() {}
    package init(_ analyses: [AnalysisReference], startingStep: Int = 1) {
        self.analyses = analyses
        self.startingStep = startingStep
    }

    package static let fields: [Field<Self>] = [
        .defaulted("startingStep", \.startingStep, 1, "Which step they begin with, counted from 1; as soon as a host runs the canary.") {
            $0.minimum = 1
            $0.maximum = 65
        },
        .collection(
            "analyses", \.analyses,
            "None of them may end badly. With those of a step they have \(Strategy.mostMetrics) metrics at most: what has no room is not begun, and the status says so.",
            AnalysisReference.list),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.required = ["analyses"] }
}

/// Names a `ModuleAnalysis` of the deployment's namespace, with values for its arguments.
package struct AnalysisReference: SchemaObject, Hashable {
    package var name = ""
    package var args: [GivenArgument] = []

    package init() {}
    package init(_ name: String, args: [GivenArgument] = []) {
        self.name = name
        self.args = args
    }

    /// As `AnalysisPlan` takes them.
    package var arguments: [String: String] { Dictionary(args.map { ($0.name, $0.value) }) { first, _ in first } }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Name of a ModuleAnalysis in this namespace.") {
            $0.pattern = "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
            $0.minLength = 1
            $0.maxLength = 100
        },
        .collection("args", \.args, "Values for its arguments, before its own.", Limits.map(by: "name", 32)),
    ]

    /// As many as a status has room for, and at least one; each once.
    static func list(_ schema: inout StructuralSchema) {
        Limits.map(by: "name", mostAnalyses)(&schema)
        schema.minItems = 1
    }
    package static let mostAnalyses = 4
}

/// A value for an argument of an analysis.
package struct GivenArgument: SchemaObject, Hashable {
    package var name = ""
    package var value = ""

    package init() {}
    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }

    package static let fields: [Field<Self>] = [
        .required("name", \.name, "Which argument.") {
            $0.pattern = "^[A-Za-z0-9]([-_A-Za-z0-9]*[A-Za-z0-9])?$"
            $0.maxLength = 63
        },
        .required("value", \.value, "What stands for {{args.name}}.", Limits.text(1024)),
    ]
}

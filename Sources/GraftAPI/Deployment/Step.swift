package import Schema

/// One step: an object with exactly one member.
package struct Step: SchemaObject, Hashable {
    package var setWeight: Weight?
    package var setTraffic: Traffic?
    package var pause: Pause?
    package var soak: Soak?
    package var approve: Approval?
    package var preflight: Preflight?
    package var analysis: StepAnalysis?
    package var webhook: StepWebhook?

    package init() {}

    package static func setWeight(_ weight: Weight) -> Step {
        var step = Step()
        step.setWeight = weight
        return step
    }

    package static func setTraffic(_ traffic: Traffic) -> Step {
        var step = Step()
        step.setTraffic = traffic
        return step
    }

    /// Nil: until promoted.
    package static func pause(seconds: Int?) -> Step {
        var step = Step()
        step.pause = Pause(durationSeconds: seconds)
        return step
    }

    package static func soak(seconds: Int) -> Step { .soak(Soak(durationSeconds: seconds)) }

    package static func soak(_ soak: Soak) -> Step {
        var step = Step()
        step.soak = soak
        return step
    }

    package static func approve(_ approval: Approval) -> Step {
        var step = Step()
        step.approve = approval
        return step
    }

    package static func preflight(_ preflight: Preflight = Preflight()) -> Step {
        var step = Step()
        step.preflight = preflight
        return step
    }

    package static func analysis(_ analysis: StepAnalysis) -> Step {
        var step = Step()
        step.analysis = analysis
        return step
    }

    package static func webhook(_ webhook: StepWebhook) -> Step {
        var step = Step()
        step.webhook = webhook
        return step
    }

    package static let fields: [Field<Self>] = [
        .optional("setWeight", \.setWeight, "Share of hosts that run the canary: 10, or \"12.5%\"."),
        .optional("setTraffic", \.setTraffic, "Which calls inside each canary host go to the canary; unset in every step: all of them."),
        .optional("pause", \.pause, "Wait: for a duration, or until promoted."),
        .optional("soak", \.soak, "Watch every host that was asked so far: one that fails or dies meanwhile counts."),
        .optional("approve", \.approve, "Wait until one of these people approves."),
        .optional("preflight", \.preflight, "Have every host judge and stage it ahead of its turn; nothing is activated."),
        .optional("analysis", \.analysis, "Measure: every one of these analyses must succeed."),
        .optional("webhook", \.webhook, "Ask another system, which says Go, NoGo or Wait."),
    ]

    package static func refine(_ schema: inout StructuralSchema) {
        schema.minProperties = 1
        schema.maxProperties = 1
    }
}

package struct Pause: SchemaObject, Hashable {
    /// Nil: until promoted.
    package var durationSeconds: Int?
    package var deadlineSeconds: Int?
    package var onDeadline: Strategy.OnDeadline?

    package init() {}
    package init(durationSeconds: Int?) { self.durationSeconds = durationSeconds }

    package static let fields: [Field<Self>] = [
        .optional("durationSeconds", \.durationSeconds, "How long; unset: until promoted.") {
            $0.minimum = 0
            $0.maximum = 2_592_000
        },
        .optional("deadlineSeconds", \.deadlineSeconds, "How long it may wait to be promoted; unset: for ever.", Limits.deadline),
        .optional("onDeadline", \.onDeadline, "What follows then: Rollback or Pause; unset: as the strategy says."),
    ]
}

/// Who may let a rollout go on, for change control.
package struct Approval: SchemaObject, Hashable {
    package var approvers: [String] = []
    package var deadlineSeconds: Int?
    package var onDeadline: Strategy.OnDeadline?

    package init() {}
    package init(approvers: [String], deadlineSeconds: Int? = nil, onDeadline: Strategy.OnDeadline? = nil) {
        self.approvers = approvers
        self.deadlineSeconds = deadlineSeconds
        self.onDeadline = onDeadline
    }

    package static let fields: [Field<Self>] = [
        .collection("approvers", \.approvers, "User names, as the API server knows them; one of them is enough.") {
            Limits.atomic(32)(&$0)
            $0.minItems = 1
        },
        .optional("deadlineSeconds", \.deadlineSeconds, "How long it may wait for an approval; unset: for ever.", Limits.deadline),
        .optional("onDeadline", \.onDeadline, "What follows then: Rollback or Pause; unset: as the strategy says."),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.required = ["approvers"] }
}

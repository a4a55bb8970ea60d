package import JSON
package import KubeCore
package import Schema

/// What is wanted; the truth that controller and hosts follow.
package struct ModuleDeploymentSpec: SchemaObject, Hashable {
    package var hostClass = ""
    package var slot = ""
    package var selector = LabelSelector.everything
    /// Tag or digest. A tag is resolved once; a reference already in the history keeps its digest.
    package var module = ""
    /// Handed to the module as it is. Every node can read it: no secrets.
    package var config: JSON?
    package var onRelease = ReleasePolicy.retain
    package var paused = false
    package var revisionHistoryLimit = 10
    /// Deployments of a namespace that name the same one go back together.
    package var set: String?
    package var strategy = Strategy()

    package init() {}

    package enum ReleasePolicy: String, SchemaValue, CaseIterable, Hashable {
        /// Hosts keep what they run.
        case retain = "Retain"
        /// Hosts unload, and the deployment waits for them within a deadline.
        case unload = "Unload"
    }

    package static let fields: [Field<Self>] = [
        .required("class", \.hostClass, "Class of the hosts; immutable.", Limits.immutable(Limits.hostClass)),
        .required("slot", \.slot, "Slot the module goes into; immutable.", Limits.immutable(Limits.slot)),
        .required("selector", \.selector, "Which hosts of the class, by their labels; {} is every one."),
        .required("module", \.module, "The artifact: registry.example/repository:tag, or @sha256:….") {
            $0.minLength = 1
            $0.maxLength = 512
        },
        .optional("config", \.config, "Handed to the module as it is; at most 256 KiB; no secrets, every node can read it."),
        .defaulted("onRelease", \.onRelease, .retain, "What deleting this object does on hosts: Retain or Unload."),
        .defaulted("paused", \.paused, false, "Nothing moves while it is true; rollbacks neither."),
        .defaulted("revisionHistoryLimit", \.revisionHistoryLimit, 10, "How many old revisions are kept.") {
            $0.minimum = 1
            $0.maximum = 50
        },
        .optional(
            "set", \.set,
            "Name of a set: when one of its members goes back by itself, those that were rolled out at the same time go back as well.",
            Limits.hostClass),
        .defaulted("strategy", \.strategy, Strategy(), "How fast, and how careful."),
    ]
}

/// How fast, and how careful.
package struct Strategy: SchemaObject, Hashable {
    package var maxUnavailable = CountOrShare.share(Weight(percent: 10))
    package var rollbackMaxUnavailable = CountOrShare.share(.all)
    /// Nil: every proven revision of the history that is older than the stable one.
    package var rollbackWindow: Int?
    package var failureThreshold = CountOrShare.count(1)
    package var soakSeconds = 30
    package var progressDeadlineSeconds = 600
    /// Nil: each wave has its progress deadline, and a step as many waves as it needs.
    package var stepDeadlineSeconds: Int?
    package var onDeadline = OnDeadline.rollback
    package var cohort = Cohort.sticky
    package var spread = Spread.evenly
    /// Zones that come before all others, in this order, when it goes zone by zone.
    package var zoneOrder: [String] = []
    package var order: HostOrder?
    package var steps: [Step] = []
    package var analysis: BackgroundAnalysis?

    package init() {}

    package enum OnDeadline: String, SchemaValue, CaseIterable, Hashable {
        /// It is given up and goes back.
        case rollback = "Rollback"
        /// It stands still until someone promotes or aborts it.
        case pause = "Pause"
    }

    package enum Cohort: String, SchemaValue, CaseIterable, Hashable {
        /// The same hosts go first each time.
        case sticky = "Sticky"
        /// Others each time.
        case rotate = "Rotate"
    }

    package enum Spread: String, SchemaValue, CaseIterable, Hashable {
        /// Every wave takes a part of every zone.
        case evenly = "Evenly"
        /// A zone begins when the one before has all that the step asks of it.
        case zoneByZone = "ZoneByZone"
    }

    package static let fields: [Field<Self>] = [
        .defaulted(
            "maxUnavailable", \.maxUnavailable, .share(Weight(percent: 10)),
            "Hosts in flight at most: a number, or a share like \"10%\"; at least one."),
        .defaulted("rollbackMaxUnavailable", \.rollbackMaxUnavailable, .share(.all), "The same while rolling back."),
        .optional(
            "rollbackWindow", \.rollbackWindow,
            "How many proven revisions before the stable one are reached without steps when the manifest asks for them; unset: all of the history. "
                + "What is newer, or older still, goes by the steps. A rollout that is given up goes back to the best one in any case."
        ) {
            $0.minimum = 0
            $0.maximum = 50
        },
        .defaulted(
            "failureThreshold", \.failureThreshold, .count(1), "Hosts failed by the module, of those updated, at which it rolls back."),
        .defaulted("soakSeconds", \.soakSeconds, 30, "How long a host must stay well after activation before it counts.") {
            $0.minimum = 0; $0.maximum = 86_400
        },
        .defaulted(
            "progressDeadlineSeconds", \.progressDeadlineSeconds, 600,
            "After this long without progress it rolls back where a host hangs in the module or the module left it with nothing serving; hosts "
                + "hindered by their surroundings stall it, or are left behind. Pauses do not count."
        ) {
            $0.minimum = 1
            $0.maximum = 86_400
        },
        .optional(
            "stepDeadlineSeconds", \.stepDeadlineSeconds,
            "How long a step with a weight may take in all its waves, soaks included; unset: as long as it makes progress.", Limits.deadline
        ),
        .defaulted(
            "onDeadline", \.onDeadline, .rollback,
            "What follows when a deadline passes that the module or a step did not keep. Rollback: everything goes back. Pause: nothing moves "
                + "until it is promoted. Pauses and approvals may say otherwise."),
        .defaulted("cohort", \.cohort, .sticky, "Sticky: the same hosts go first each time. Rotate: others each time."),
        .defaulted(
            "spread", \.spread, .evenly,
            "Evenly: every wave takes a part of every zone. ZoneByZone: no wave reaches into two zones, and each zone is done before the next."
        ),
        .collection(
            "zoneOrder", \.zoneOrder, "Zones that ZoneByZone takes first, in this order; then the others by name.", Limits.atomic(32)),
        .optional(
            "order", \.order,
            "Which hosts come first, by a label: hosts of an earlier value are all asked before the next, across waves and steps. A rollout under way "
                + "keeps the order it began with."),
        .collection("steps", \.steps, "In this order; after the last one, all hosts.", Limits.atomic(64)),
        .optional("analysis", \.analysis, "What watches the rollout in the background, from a step on until it ends."),
    ]
}

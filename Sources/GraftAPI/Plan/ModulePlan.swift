package import KubeCore
package import Schema

/// What agents read: which revision is stable, which is canary, and which ranks run it. Small; changes only when hosts must act.
package struct ModulePlan: CustomResource {
    package var metadata: ObjectMeta
    package var spec: ModulePlanSpec
    package var status: NoStatus

    package init(metadata: ObjectMeta, spec: ModulePlanSpec, status: NoStatus) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }

    package static let naming = Naming(
        kind: "ModulePlan", plural: "moduleplans", shortNames: ["mplan"], scope: .namespaced,
        about: "What agents read of a ModuleDeployment of the same name. Written by the controller alone.",
        columns: [
            PrinterColumn("Class", "string", ".spec.class", "Class of the hosts."),
            PrinterColumn("Slot", "string", ".spec.slot", "Slot of the module."),
            PrinterColumn("Action", "string", ".spec.action", "Run or Unload."),
            PrinterColumn("Epoch", "integer", ".spec.epoch", "Grows with each leader."),
            PrinterColumn("Stable", "string", ".spec.stable.revision", "The stable revision."),
            PrinterColumn("Canary", "string", ".spec.canary.revision", "The canary revision."),
            .age,
        ], selectableFields: [".spec.class"], hasStatus: false)
}

package struct ModulePlanSpec: SchemaObject, Hashable {
    package var epoch: Int64 = 0
    package var action = Action.run
    package var hostClass = ""
    package var slot = ""
    package var selector = LabelSelector.everything
    /// New for each attempt, also a retry.
    package var rollout = ""
    package var salt = ""
    /// Agent features; an agent without one answers Unsupported.
    package var requires: [String] = []
    package var stable: RevisionReference?
    package var canary: RevisionReference?
    /// What a host stages beside its active version, so that it can go back without the registry.
    package var previous: RevisionReference?
    package var cutoffs: [Cutoff] = []
    /// Which calls hosts below the cutoff send to the canary, beside the stable revision; nil: all.
    package var traffic: TrafficRule?
    /// By what cutoffs go beside ranks: a host's label says which group it belongs to.
    package var order: HostOrder?
    /// Hosts that are not below a cutoff judge the canary and stage it ahead of their turn; none activates it.
    package var stageAhead: Bool?
    /// Names a restart: hosts below the cutoffs load the stable revision anew, each once for this moment, whatever its clock says.
    package var restart: Instant?

    package init() {}

    package enum Action: String, SchemaValue, CaseIterable, Hashable {
        case run = "Run"
        case unload = "Unload"
    }

    package static let fields: [Field<Self>] = [
        .required("epoch", \.epoch, "Grows with each leader; a smaller one is refused.") {
            $0.minimum = 0
            $0.rules.append(.init("self >= oldSelf", message: "must not decrease: a newer leader has written this plan"))
        },
        .required("action", \.action, "Run, or Unload: absence never unloads."),
        .required("class", \.hostClass, "Class of the hosts.", Limits.immutable(Limits.hostClass)),
        .required("slot", \.slot, "Slot of the module.", Limits.immutable(Limits.slot)),
        .required("selector", \.selector, "Which hosts of the class, by their labels."),
        .required("rollout", \.rollout, "New for each attempt, also a retry.", Limits.text(80)),
        .required("salt", \.salt, "What ranks are computed from.", Limits.text(64)),
        .collection("requires", \.requires, "Agent features that are needed.", Limits.atomic(16)),
        .optional("stable", \.stable, "What hosts run that are not below a cutoff; none in a first deployment."),
        .optional("canary", \.canary, "What hosts below the cutoff run."),
        .optional("previous", \.previous, "What hosts keep staged, to go back to."),
        .collection("cutoffs", \.cutoffs, "By zone; the empty zone is every other.", Limits.map(by: "zone", 32)),
        .optional(
            "traffic", \.traffic, "Which calls hosts below the cutoff send to the canary, with the stable revision beside it; unset: all."),
        .optional(
            "order", \.order,
            "Groups of hosts by a label. The last group's cutoffs are ranks; those of the one before are smaller by 2^48, and so on."),
        .optional("stageAhead", \.stageAhead, "Hosts that are not below a cutoff judge the canary and stage it ahead of their turn."),
        .optional(
            "restart", \.restart, "Names a restart: hosts below the cutoffs load the stable revision anew, each once for this moment."),
    ]

    package static func refine(_ schema: inout StructuralSchema) { schema.mapType = .atomic }
}

/// Hosts of a zone whose rank lies below run the canary.
package struct Cutoff: SchemaObject, Hashable {
    package var zone = ""
    package var below: Int64 = 0

    package init() {}
    package init(zone: String = "", below: Rank) {
        self.zone = zone
        self.below = below.value
    }

    package static let fields: [Field<Self>] = [
        .required("zone", \.zone, "Value of the topology label; empty: hosts of no other entry.", Limits.text(63)),
        .required(
            "below", \.below, "Ranks below it run the canary; 2^48 is all. Below zero: of a group that the order has before the last."
        ) {
            $0.minimum = -2_533_274_790_395_904
            $0.maximum = 281_474_976_710_656
        },
    ]
}

extension ModulePlanSpec {
    /// The cutoff for a host of `zone`; nil when the plan has none.
    package func cutoff(zone: String) -> Rank? {
        (cutoffs.first { $0.zone == zone } ?? cutoffs.first { $0.zone.isEmpty }).map { Rank(value: $0.below) }
    }

    /// A host's place: by its group, and in that by its rank.
    package func place(ofHost name: String, labels: [String: String]) -> Rank {
        Rank(salt: salt, host: name).atLevel(order?.level(of: labels) ?? 0)
    }

    /// Of which restart a host must have loaded what it runs; nil: of none, or not yet.
    package func restart(ofHost name: String, zone: String = "", labels: [String: String] = [:]) -> Instant? {
        guard let restart, let cutoff = cutoff(zone: zone), place(ofHost: name, labels: labels) < cutoff else { return nil }
        return restart
    }

    /// What a host must run: the canary below the cutoff, else the stable revision. Nil: nothing is asked of it (yet).
    package func revision(forHost name: String, zone: String = "", labels: [String: String] = [:]) -> RevisionReference? {
        if let canary, let cutoff = cutoff(zone: zone), place(ofHost: name, labels: labels) < cutoff { return canary }
        return stable
    }
}

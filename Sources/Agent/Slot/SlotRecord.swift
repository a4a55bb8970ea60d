package import GraftAPI
package import JSON
package import KubeCore

/// What a slot must not forget: journaled whole before each transition.
package struct SlotRecord: Sendable, Hashable {
    /// Where in a change the slot is. Anything but resting and soaking means that a load is under way.
    package enum Step: String, Sendable, Hashable, CaseIterable {
        case resting = "Resting"
        /// The candidate is being put in place.
        case activating = "Activating"
        /// The candidate was put in place and has not answered its probe yet.
        case probing = "Probing"
        /// The active version answered its probe and is being watched.
        case soaking = "Soaking"
        /// The active version is being put back.
        case reverting = "Reverting"
        case unloading = "Unloading"

        /// Whether it takes the host's one turn to activate.
        package var needsTurn: Bool { self != .resting && self != .soaking }
    }

    package var slot: String
    /// Whose plan this slot obeys, until it is released.
    package var owner: SlotOwner?
    /// Rollout ID of the plan that was acted on last.
    package var rollout = ""
    package var step = Step.resting
    /// What passed its probe last; what the slot goes back to when the candidate fails.
    package var active: InstalledRevision?
    package var activeSince = Timestamp(seconds: 0)
    /// While activating and probing: what is being tried.
    package var candidate: InstalledRevision?
    /// While activating and probing: the rule by which the candidate is to have a part of the calls; nil: all.
    package var candidateRule: DividingRule?
    /// What has a part of the calls, beside what is active.
    package var canary: RoutedCanary?
    package var canarySince = Timestamp(seconds: 0)
    /// While soaking: what to go back to.
    package var fallback: InstalledRevision?
    package var fallbackSince = Timestamp(seconds: 0)
    /// While soaking: the host process that runs it, where hosts say which they are.
    package var process: String?
    /// From activating to the end of the soak: the restart for which the candidate, which is what is active, is loaded anew.
    package var restart: Instant?
    /// The restart that what is active was last loaded for, or within.
    package var restarted: Instant?
    /// How often the candidate, or what soaks, was taken in or taken up again after the agent had died.
    package var attempts = 0
    /// The agent ended by itself in the middle: its next start is not held against the module.
    package var endedCleanly = false
    /// Verified bytes that are on this host, the most recently active first. Holds the active version as well.
    package var staged: [InstalledRevision] = []
    package var rejected: RejectedRevision?
    /// Names the signatures by which each was found good, as far as it was since agents write that down.
    package var evidence: [InstalledRevision: String] = [:]
    /// Whether what is active would be loaded today, as it was found last.
    package var trust: SlotTrust?
    /// What of the active version somebody else had changed.
    package var tampering: String?
    /// What was found of a revision that was to be staged ahead of its turn.
    package var ahead: StagedAhead?

    package init(slot: String) { self.slot = slot }
}

extension SlotRecord: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(slot: try reader.required("slot"))
        owner = try reader.optional("owner")
        rollout = try reader.optional("rollout", default: "")
        let name: String = try reader.required("step")
        guard let known = Step(rawValue: name) else {
            throw JSONDecodingError(path: path.appending("step"), wanted: "a step of a slot", found: name)
        }
        step = known
        active = try reader.optional("active")
        activeSince = try reader.optional("activeSince", default: Timestamp(seconds: 0))
        candidate = try reader.optional("candidate")
        candidateRule = try reader.optional("candidateRule")
        canary = try reader.optional("canary")
        canarySince = try reader.optional("canarySince", default: Timestamp(seconds: 0))
        fallback = try reader.optional("fallback")
        fallbackSince = try reader.optional("fallbackSince", default: Timestamp(seconds: 0))
        process = try reader.optional("process")
        restart = try reader.optional("restart")
        restarted = try reader.optional("restarted")
        attempts = try reader.optional("attempts", default: 0)
        endedCleanly = try reader.optional("endedCleanly", default: false)
        staged = try reader.optional("staged", default: [])
        rejected = try reader.optional("rejected")
        let vouched: [VouchedRevision] = try reader.optional("evidence", default: [])
        evidence = Dictionary(vouched.map { ($0.installed, $0.evidenceHash) }) { $1 }
        trust = try reader.optional("trust")
        tampering = try reader.optional("tampering")
        ahead = try reader.optional("ahead")
    }

    package var json: JSON {
        var object: JSONObject = ["slot": .string(slot), "step": .string(step.rawValue)]
        object.set("owner", owner)
        if !rollout.isEmpty { object["rollout"] = .string(rollout) }
        if let active {
            object["active"] = active.json
            object["activeSince"] = activeSince.json
        }
        object.set("candidate", candidate)
        object.set("candidateRule", candidateRule)
        if let canary {
            object["canary"] = canary.json
            object["canarySince"] = canarySince.json
        }
        if let fallback {
            object["fallback"] = fallback.json
            object["fallbackSince"] = fallbackSince.json
        }
        object.set("process", process)
        object.set("restart", restart)
        object.set("restarted", restarted)
        if attempts > 0 { object["attempts"] = attempts.json }
        if endedCleanly { object["endedCleanly"] = true }
        object.setUnlessEmpty("staged", staged)
        object.set("rejected", rejected)
        let vouched = evidence.map { VouchedRevision(installed: $0.key, evidenceHash: $0.value) }
        object.setUnlessEmpty(
            "evidence", vouched.sorted { ($0.installed.revision, $0.evidenceHash) < ($1.installed.revision, $1.evidenceHash) })
        object.set("trust", trust)
        object.set("tampering", tampering)
        object.set("ahead", ahead)
        return .object(object)
    }
}

package import JSON

/// Why something a slot was to do did not succeed.
package struct SlotFailure: Error, Sendable, Hashable {
    /// Whose it is, and what follows from it.
    package enum Kind: String, Sendable, Hashable {
        /// Fetch, verification, disk: tried again, never held against the module.
        case environment = "Environment"
        /// The host process does not answer at all. Before a load that is the environment; after one, the module.
        case unreachable = "Unreachable"
        /// Activation or probe: the module's.
        case module = "Module"
        /// Somebody else changed files while the host was loading them: what it runs is not known. Nobody's module's fault; what was active before
        /// is put back.
        case disturbed = "Disturbed"
    }

    package var kind: Kind
    /// For programs: `FetchFailed`, `ProbeFailed`, …
    package var reason: String
    /// For people, in a sentence.
    package var message: String

    package init(_ kind: Kind, _ reason: String, _ message: String) {
        self.kind = kind
        self.reason = reason
        self.message = message
    }
}

/// A revision that failed by itself, and in which rollout: it is not tried again before another rollout asks for it.
package struct RejectedRevision: Sendable, Hashable {
    package var rollout: String
    package var revision: String
    package var version: String
    package var reason: String
    package var message: String
    /// Whether what was there before serves again; false: there was nothing to go back to, or going back failed.
    package var isReverted: Bool

    package init(rollout: String, revision: String, version: String, reason: String, message: String, isReverted: Bool) {
        self.rollout = rollout
        self.revision = revision
        self.version = version
        self.reason = reason
        self.message = message
        self.isReverted = isReverted
    }
}

extension RejectedRevision: JSONConvertible {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try JSONReader(json, at: path)
        self.init(
            rollout: try reader.required("rollout"), revision: try reader.required("revision"), version: try reader.required("version"),
            reason: try reader.required("reason"), message: try reader.required("message"), isReverted: try reader.required("isReverted"))
    }

    package var json: JSON {
        [
            "rollout": .string(rollout), "revision": .string(revision), "version": .string(version), "reason": .string(reason),
            "message": .string(message), "isReverted": .bool(isReverted),
        ]
    }
}

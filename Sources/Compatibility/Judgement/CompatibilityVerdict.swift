import JSON

/// Whether a module fits, and everything that speaks against it.
package struct CompatibilityVerdict: Sendable, Hashable, CustomStringConvertible {
    package var reasons: [Incompatibility]

    package init(_ reasons: [Incompatibility] = []) { self.reasons = reasons }

    package var isCompatible: Bool { reasons.isEmpty }

    /// One sentence for a condition's message: every reason, the first few in full.
    package var description: String {
        guard !isCompatible else { return "compatible" }
        let shown = reasons.prefix(3).map(\.description).joined(separator: ". ")
        return reasons.count > 3 ? "\(shown). And \(reasons.count - 3) more" : shown
    }

    package static func + (left: CompatibilityVerdict, right: CompatibilityVerdict) -> CompatibilityVerdict {
        CompatibilityVerdict(left.reasons + right.reasons)
    }
}

/// One thing that keeps a module from a slot or a host: which field, what it says, what it should say, and what to do.
package struct Incompatibility: Sendable, Hashable, CustomStringConvertible {
    /// What does not fit; the raw value is a condition's reason.
    package enum Aspect: String, Sendable, Hashable, CaseIterable {
        case slot = "SlotMismatch"
        case config = "ConfigInvalid"
        case runtimeVersion = "RuntimeVersionTooOld"
        case contract = "ContractMismatch"
        case capability = "CapabilityMissing"
        case need = "NeedUnmet"
    }

    package var aspect: Aspect
    /// Of the deployment, or of the host: `spec.slot`.
    package var field: String
    package var found: String
    package var wanted: String
    package var remedy: String

    package init(_ aspect: Aspect, field: String, found: String, wanted: String, remedy: String) {
        self.aspect = aspect
        self.field = field
        self.found = found
        self.wanted = wanted
        self.remedy = remedy
    }

    package var description: String { "\(field.printable): found \(found.printable), wanted \(wanted); \(remedy)" }
}

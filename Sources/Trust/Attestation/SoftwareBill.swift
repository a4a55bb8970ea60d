import JSON

/// Bills of material that are recognised: a predicate that claims to be one must look like one.
enum SoftwareBill {
    /// SPDX: `spdxVersion`, or since 3.0 a JSON-LD `@context`. CycloneDX: `bomFormat` and `specVersion`.
    static func check(_ statement: Statement) throws(StatementFailure) {
        let predicate = statement.predicate.object ?? [:]
        if statement.predicateType.isIdentical(to: PredicateType.spdx) {
            let version = predicate.exact("spdxVersion")?.string
            guard version?.hasPrefix("SPDX-") == true || predicate.exact("@context") != nil else {
                throw .predicateRejected(rule: "no SPDX document: neither spdxVersion nor @context")
            }
        } else if statement.predicateType.isIdentical(to: PredicateType.cycloneDX) {
            guard predicate.exact("bomFormat")?.string == "CycloneDX", predicate.exact("specVersion")?.string != nil else {
                throw .predicateRejected(rule: "no CycloneDX document: bomFormat or specVersion is missing")
            }
        }
    }
}

import JSON

extension Authority {
    /// Digest of what it takes to be this authority: equal as long as nobody changed it.
    var terms: String { ContentDigest.sha256(of: termsJSON.bytes()) }

    fileprivate var termsJSON: JSON {
        var terms: JSONObject = [
            "keys": .array(keys.map { .string($0.fingerprint) }), "identities": .array(identities.map(\.termsJSON)),
            "roots": .array(roots.map { .string($0.digest) }), "log": .bool(needsLog),
        ]
        terms.set("notation", notation?.termsJSON)
        return .object(terms)
    }
}

extension IdentityRequirement {
    fileprivate var termsJSON: JSON {
        [
            "issuer": .string("\(issuer)"), "subject": .string("\(subject)"), "kind": .string(kind?.rawValue ?? ""),
            "extensions": .array(
                extensions.sorted { $0.key.rawValue < $1.key.rawValue }.map { [.string($0.key.oid), .string("\($0.value)")] }),
        ]
    }
}

extension NotationRequirement {
    fileprivate var termsJSON: JSON {
        func names(_ certificates: [Certificate]) -> JSON { .array(certificates.map { .string($0.fingerprint) }) }
        return [
            "certificates": names(certificates), "signingAuthorities": names(signingAuthorities),
            "timestampAuthorities": names(timestampAuthorities),
            "identities": identities.map { .array($0.map { .string("\($0)") }) } ?? "*",
        ]
    }
}

extension AttestationDemand {
    /// Digest of what is demanded and of who may say it.
    func terms(of authority: Authority) -> String {
        ContentDigest.sha256(of: (["authority": authority.termsJSON, "requirement": requirement.termsJSON] as JSON).bytes())
    }
}

extension AttestationRequirement {
    fileprivate var termsJSON: JSON {
        [
            "types": .array(predicateTypes.map { .string($0) }), "rules": .array(rules.map(\.termsJSON)),
            "provenance": provenance?.termsJSON ?? .null,
        ]
    }
}

extension ProvenanceRequirement {
    fileprivate var termsJSON: JSON {
        [
            "builders": .array(builders.map { .string("\($0.id)") }), "types": .array(buildTypes.map { .string($0) }),
            "parameters": .array(externalParameters.map(\.termsJSON)),
        ]
    }
}

extension PredicateRule {
    fileprivate var termsJSON: JSON { [.string("\(path)"), .string("\(condition)")] }
}

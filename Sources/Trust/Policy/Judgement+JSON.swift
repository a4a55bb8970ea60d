package import JSON

extension Evidence: JSONEncodable {
    package var json: JSON {
        [
            "policy": .string(policy), "authority": .string(authority), "keyFingerprint": .string(keyFingerprint),
            "signatureDigest": .string(signatureDigest), "manifestDigest": .string(manifestDigest),
        ]
    }
}

extension SignatureVerdict.Attempt: JSONEncodable {
    package var json: JSON {
        var object: JSONObject = ["manifest": .string(manifest), "layer": .integer(Int64(layer)), "layerDigest": .string(layerDigest)]
        object.set("authority", authority)
        object.set("keyFingerprint", keyFingerprint)
        object.set("evidence", evidence)
        object.set("failure", failure?.name)
        object.set("message", failure?.description)
        return .object(object)
    }
}

extension Judgement.Finding: JSONEncodable {
    package var json: JSON {
        var object: JSONObject = ["policy": .string(policy), "mode": .string(mode.rawValue), "passed": .bool(failure == nil)]
        object.set("failure", failure?.name)
        object.set("message", failure?.description)
        object.setUnlessEmpty("attempts", verdict.attempts)
        object.setUnlessEmpty("evidence", evidence)
        return .object(object)
    }
}

extension Judgement: JSONEncodable {
    /// For `-o json`: everything that was tried, and what came of it.
    package var json: JSON {
        var object: JSONObject = ["trusted": .bool(isTrusted), "message": .string(message)]
        object.set("failure", failure?.name)
        object.setUnlessEmpty("warnings", warnings)
        object.setUnlessEmpty("policies", findings)
        return .object(object)
    }
}

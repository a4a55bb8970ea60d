import HTTPTypes
import KubeCore

/// The form in which a client wants objects (Kubernetes: «Alternate representations of resources», «Receiving resources as Tables»).
enum Representation: Sendable, Equatable {
    case object
    case table
    case metadata

    /// Picks the first acceptable one of an `Accept` header. `json` and anything are objects; protobuf and YAML are not served.
    init(accept: String?) throws(KubeError) {
        guard let accept else {
            self = .object
            return
        }
        for item in accept.split(separator: ",") {
            let parts = item.split(separator: ";").map { $0.trimmingSpaces }
            guard let type = parts.first, ["application/json", "application/*", "*/*", "text/html", "text/*"].contains(type) else {
                continue
            }
            var parameters: [Substring: Substring] = [:]
            for part in parts.dropFirst() {
                let pair = part.split(separator: "=", maxSplits: 1)
                if pair.count == 2 { parameters[pair[0]] = pair[1] }
            }
            switch parameters["as"] {
            case nil:
                self = .object
                return
            case "Table" where Self.isMeta(parameters):
                self = .table
                return
            case "PartialObjectMetadata" where Self.isMeta(parameters), "PartialObjectMetadataList" where Self.isMeta(parameters):
                self = .metadata
                return
            default: continue
            }
        }
        throw KubeError(
            .notAcceptable, status: 406,
            message: "only the following media types are accepted: application/json, found \"\(accept)\"")
    }

    private static func isMeta(_ parameters: [Substring: Substring]) -> Bool {
        parameters["g"] == "meta.k8s.io" && parameters["v"] == "v1"
    }
}

extension StringProtocol {
    var trimmingSpaces: SubSequence {
        var rest = self[...]
        while rest.first?.isWhitespace ?? false { rest.removeFirst() }
        while rest.last?.isWhitespace ?? false { rest.removeLast() }
        return rest
    }
}

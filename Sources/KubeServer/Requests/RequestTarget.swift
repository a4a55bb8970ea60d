/// What a path is about.
enum RequestTarget: Sendable, Equatable {
    /// `/healthz`, `/readyz`, `/livez` and what is below them.
    case health(String)
    case version
    /// `/api`.
    case coreVersions
    /// `/apis`.
    case groups
    /// `/apis/GROUP`.
    case group(String)
    /// `/api/v1`, `/apis/GROUP/VERSION`.
    case resources(group: String, version: String)
    /// Everything below.
    case resource(ResourceTarget)
    /// `/openapi/…`, the rest of the path.
    case openAPI([String])
    /// `/`.
    case root
    case unknown

    init(path: some StringProtocol) {
        let parts = path.split(separator: "/").map { PercentEncoding.decode($0) }
        switch parts.first {
        case nil: self = .root
        case "healthz"?, "readyz"?, "livez"?: self = .health(parts[0])
        case "version"? where parts.count == 1: self = .version
        case "openapi"?: self = .openAPI(Array(parts.dropFirst()))
        case "api"?:
            switch parts.count {
            case 1: self = .coreVersions
            case 2: self = .resources(group: "", version: parts[1])
            default: self = ResourceTarget(group: "", version: parts[1], parts[2...]).map(Self.resource) ?? .unknown
            }
        case "apis"?:
            switch parts.count {
            case 1: self = .groups
            case 2: self = .group(parts[1])
            case 3: self = .resources(group: parts[1], version: parts[2])
            default: self = ResourceTarget(group: parts[1], version: parts[2], parts[3...]).map(Self.resource) ?? .unknown
            }
        default: self = .unknown
        }
    }
}

/// An object, its subresource, or a collection: `namespaces/NAMESPACE/PLURAL/NAME/SUBRESOURCE`, any tail of it missing.
struct ResourceTarget: Sendable, Equatable {
    var group: String
    var version: String
    var plural: String
    var namespace: String?
    var name: String?
    var subresource: String?

    init(group: String, version: String, plural: String, namespace: String? = nil, name: String? = nil) {
        self.group = group
        self.version = version
        self.plural = plural
        self.namespace = namespace
        self.name = name
    }

    /// Nil when it is longer than any path.
    fileprivate init?(group: String, version: String, _ parts: ArraySlice<String>) {
        self.group = group
        self.version = version
        var parts = parts
        // `namespaces/x` and its subresources are about the namespace itself; anything longer about what is in it.
        if parts.first == "namespaces", group.isEmpty, parts.count <= 3, parts.count < 3 || parts.last == "status" {
            plural = "namespaces"
            parts.removeFirst()
        } else {
            if parts.first == "namespaces", parts.count > 2 {
                namespace = parts[parts.startIndex + 1]
                parts = parts.dropFirst(2)
            }
            guard let first = parts.popFirst() else { return nil }
            plural = first
        }
        name = parts.popFirst()
        subresource = parts.popFirst()
        if !parts.isEmpty { return nil }
    }
}

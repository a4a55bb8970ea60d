import KubeCore

extension APIRequest {
    /// The path with placeholders for what differs from object to object, so that there are few of them:
    /// `/apis/apps/v1/namespaces/{namespace}/deployments/{name}/status`. A path of no resource is its own template.
    var template: String {
        let parts = path.split(separator: "/", omittingEmptySubsequences: true)
        // /api/v1/… and /apis/GROUP/VERSION/…
        let root = parts.first == "api" ? 2 : parts.first == "apis" ? 3 : parts.count
        guard parts.count > root else { return path }
        var result = parts.prefix(root).map(String.init)
        var rest = parts.dropFirst(root)
        if rest.first == "namespaces", rest.count >= 2 {
            rest = rest.dropFirst(2)
            // A namespace itself, or something in it.
            result += ["namespaces", rest.isEmpty || Self.isSubresourceOfNamespace(rest) ? "{name}" : "{namespace}"]
            if Self.isSubresourceOfNamespace(rest) { return "/" + (result + rest.map(String.init)).joined(separator: "/") }
        }
        for (index, part) in rest.enumerated() { result.append(index == 1 ? "{name}" : String(part)) }
        return "/" + result.joined(separator: "/")
    }

    private static func isSubresourceOfNamespace(_ rest: ArraySlice<Substring>) -> Bool {
        rest.count == 1 && (rest.first == "status" || rest.first == "finalize")
    }
}

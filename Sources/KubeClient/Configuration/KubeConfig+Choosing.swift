import JSON

extension KubeConfig {
    /// The configuration of a context, the current one by default. Reads the files it names.
    /// - Throws: for what is wrong, and for what would be ignored: fields that nobody knows, fields that contradict each other.
    public func configuration(context name: String? = nil) throws(ClientConfigurationError) -> ClientConfiguration {
        let place = files.joined(separator: ", ")
        guard let name = name ?? currentContext else {
            throw ClientConfigurationError("\(place): no current-context; choose one of: \(list(contexts))")
        }
        guard let context = contexts[name] else {
            throw ClientConfigurationError("\(place): there is no context \"\(name)\"; there are: \(list(contexts))")
        }
        let contextFields = KubeConfigFields(context, "context \"\(name)\"")
        try contextFields.refuseUnknown(["cluster", "user", "namespace", "extensions"])
        guard let clusterName = try contextFields.string("cluster") else {
            throw ClientConfigurationError("\(contextFields.place): wanted a cluster, found none")
        }
        guard let cluster = clusters[clusterName] else {
            throw ClientConfigurationError(
                "\(contextFields.place) names the cluster \"\(clusterName)\", which is not there; there are: \(list(clusters))")
        }
        let clusterFields = KubeConfigFields(cluster, "cluster \"\(clusterName)\"")
        var configuration = try ClientConfiguration(cluster: clusterFields)
        if let userName = try contextFields.string("user") {
            guard let user = users[userName] else {
                throw ClientConfigurationError(
                    "\(contextFields.place) names the user \"\(userName)\", who is not there; there are: \(list(users))")
            }
            try configuration.add(user: KubeConfigFields(user, "user \"\(userName)\""), cluster: clusterFields)
        }
        configuration.namespace = try contextFields.string("namespace") ?? "default"
        configuration.origin = "context \"\(name)\" in \(context.file)"
        return configuration
    }

    private func list(_ entries: [String: Entry]) -> String {
        entries.isEmpty ? "none" : entries.keys.sorted().joined(separator: ", ")
    }
}

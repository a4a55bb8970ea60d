import HostProtocol
package import JSON

extension AgentConfiguration {
    /// Reads a configuration document: class, nodeName, runtimeVersion, stateDirectory and slots are required.
    /// - Throws: `ConfigurationError` that names the field.
    package init(_ document: JSON) throws(ConfigurationError) {
        do throws(JSONDecodingError) {
            let reader = try KnownReader(document, at: .root)
            self.init(
                hostClass: try reader.required("class"), nodeName: try reader.required("nodeName"),
                nodeUID: try reader.optional("nodeUID"), zone: try reader.optional("zone") ?? "",
                runtimeVersion: try reader.required("runtimeVersion"), contract: try reader.optional("contract") ?? "",
                capabilities: try reader.optional("capabilities") ?? [], labels: try reader.optional("labels") ?? [:],
                slots: try reader.required("slots"), stateDirectory: try reader.required("stateDirectory"),
                leaseNamespace: try reader.optional("leaseNamespace") ?? "graft-agents", leaseName: try reader.optional("leaseName"),
                largestArtifact: try reader.optional("largestArtifactBytes") ?? 1 << 30)
            let spread: Double? = try reader.optional("returnSpreadSeconds")
            let fetch: Double? = try reader.optional("fetchSpreadSeconds")
            let ahead: Double? = try reader.optional("stageAheadSpreadSeconds")
            for index in slots.indices {
                if let spread { slots[index].policy.returnSpread = .seconds(spread) }
                if let fetch { slots[index].policy.fetchSpread = .seconds(fetch) }
                if let ahead { slots[index].policy.aheadSpread = .seconds(max(0, ahead)) }
            }
            if let spread: Double = try reader.optional("judgeSpreadSeconds") { judgeSpread = .seconds(spread) }
            if let period: Double = try reader.optional("judgePeriodSeconds") { judgePeriod = .seconds(period) }
            if let spread: Double = try reader.optional("signatureSpreadSeconds") { signatureSpread = .seconds(spread) }
            metrics = try reader.optional("metrics")
            try reader.refuseUnknown()
        } catch {
            throw ConfigurationError("the agent's configuration: \(error)")
        }
        try check()
    }

    /// - Throws: what a configuration can't be, whatever it was read from.
    package func check() throws(ConfigurationError) {
        func refuse(_ field: String, _ found: String, _ wanted: String) -> ConfigurationError {
            ConfigurationError("the agent's configuration: \(field): found \"\(found)\", wanted \(wanted)")
        }
        let isLabel = { (text: String) in
            !text.isEmpty && text.utf8.count <= 40 && text.first != "-" && text.last != "-"
                && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
        }
        guard isLabel(hostClass) else { throw refuse("class", hostClass, "at most 40 lower-case letters, digits and -") }
        guard !nodeName.isEmpty, hostName.utf8.count <= 253 else { throw refuse("nodeName", nodeName, "the node's name") }
        guard !slots.isEmpty, slots.count <= 16 else { throw refuse("slots", "\(slots.count) of them", "1 to 16") }
        guard Set(slots.map(\.name)).count == slots.count else {
            throw refuse("slots", slots.map(\.name).joined(separator: ", "), "different names")
        }
        guard (.zero ... .seconds(50)).contains(judgeSpread) else {
            throw refuse("judgeSpreadSeconds", "\(judgeSpread)", "0 to 50: within a minute all is judged")
        }
        guard judgePeriod >= .seconds(1) else { throw refuse("judgePeriodSeconds", "\(judgePeriod)", "at least 1") }
        guard (.milliseconds(1) ... .seconds(600)).contains(signatureSpread) else {
            throw refuse("signatureSpreadSeconds", "\(signatureSpread)", "more than 0, at most 600")
        }
        guard stateDirectory.hasPrefix("/") else { throw refuse("stateDirectory", stateDirectory, "an absolute path") }
        let paths = slots.compactMap(\.socket?.path)
        guard Set(paths).count == paths.count else {
            throw refuse("slots", paths.joined(separator: ", "), "a path of its own for each socket")
        }
        for slot in slots {
            if let directory = slot.directory?.directory, !directory.hasPrefix("/") {
                throw refuse("slots[\(slot.name)].directory", directory, "an absolute path")
            }
            guard let socket = slot.socket else { continue }
            guard socket.path.hasPrefix("/"), !socket.path.hasSuffix("/"), socket.path.utf8.count <= HostProtocol.longestPath else {
                throw refuse("slots[\(slot.name)].path", socket.path, "an absolute path of at most \(HostProtocol.longestPath) bytes")
            }
            for (field, time) in [
                ("loadTimeoutSeconds", socket.loadTimeout), ("probeTimeoutSeconds", socket.probeTimeout),
                ("hostWaitSeconds", socket.hostWait),
            ] where !(.milliseconds(1) ... .seconds(600)).contains(time) {
                throw refuse("slots[\(slot.name)].\(field)", "\(time)", "more than 0, at most 600")
            }
        }
    }
}

extension AgentConfiguration.Slot: JSONDecodable {
    package init(from json: JSON, at path: JSONPath) throws(JSONDecodingError) {
        let reader = try KnownReader(json, at: path)
        self.init(name: try reader.required("name"))
        switch try reader.optional("driver") ?? "directory" {
        case "directory":
            directory = DirectorySettings(
                directory: try reader.required("directory"), reload: try reader.optional("reload"),
                restart: try reader.optional("restart"), probe: try reader.optional("probe"), routing: try reader.optional("routing"))
        case "socket": socket = try SocketSettings(reader, at: path)
        case let driver:
            throw JSONDecodingError(path: path.appending("driver"), wanted: "directory or socket", found: driver)
        }
        if let seconds: Double = try reader.optional("probeDeadlineSeconds") { policy.probeDeadline = .seconds(seconds) }
        if let seconds: Double = try reader.optional("probeIntervalSeconds") { policy.probeInterval = .seconds(seconds) }
        if let seconds: Double = try reader.optional("soakSeconds") { policy.soak = .seconds(seconds) }
        if let seconds: Double = try reader.optional("soakIntervalSeconds") { policy.soakInterval = .seconds(seconds) }
        if let kept: Int = try reader.optional("keptVersions") { policy.keptVersions = kept }
        try reader.refuseUnknown()
    }
}

import Glibc

/// What the kernel says of this process, by the names that client libraries of Prometheus give it.
package enum ProcessMetrics {
    /// What can't be read is left out.
    package static let collect: @Sendable () -> [MetricsSnapshot.Family] = {
        var families: [MetricsSnapshot.Family] = []
        func add(_ name: String, _ help: String, _ kind: MetricKind, _ value: Double?, unit: String = "") {
            guard let value else { return }
            families.append(.init(MetricDescription(name, help, unit: unit), kind, [.init(value: .double(value))]))
        }
        // Fields behind the command's name, which may hold blanks and parentheses; proc(5) counts them from 1, these begin with the third.
        let text = read("/proc/self/stat")
        let fields = text.lastIndex(of: UInt8(ascii: ")")).map { text[text.index(after: $0)...].split(separator: 0x20) } ?? []
        func field(_ number: Int) -> Double? {
            fields.indices.contains(number - 3) ? Double(String(decoding: fields[number - 3], as: UTF8.self)) : nil
        }
        let (ticks, page) = (Double(sysconf(Int32(_SC_CLK_TCK))), Double(sysconf(Int32(_SC_PAGESIZE))))
        if let user = field(14), let system = field(15) {
            add(
                "process_cpu_seconds_total", "Time on processors, in user and system mode.", .counter, (user + system) / ticks,
                unit: "seconds")
        }
        add("process_resident_memory_bytes", "Memory that is resident.", .gauge, field(24).map { $0 * page }, unit: "bytes")
        add("process_virtual_memory_bytes", "Memory that is mapped.", .gauge, field(23), unit: "bytes")
        add("process_open_fds", "Open file descriptors.", .gauge, openDescriptors)
        add("process_max_fds", "File descriptors that may be open at once.", .gauge, descriptorLimit)
        if let started = field(22), let booted {
            add("process_start_time_seconds", "When it was started, since 1970.", .gauge, booted + started / ticks, unit: "seconds")
        }
        return families
    }

    private static var openDescriptors: Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        // Without `.`, `..` and the directory's own.
        var count = -3.0
        while readdir(directory) != nil { count += 1 }
        return count
    }

    private static var descriptorLimit: Double? {
        var limit = rlimit()
        return getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? Double(limit.rlim_cur) : nil
    }

    /// When the system was started.
    private static let booted: Double? = {
        for line in read("/proc/stat").split(separator: 0x0A) where line.starts(with: "btime ".utf8) {
            return Double(String(decoding: line.dropFirst(6), as: UTF8.self))
        }
        return nil
    }()

    private static func read(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}

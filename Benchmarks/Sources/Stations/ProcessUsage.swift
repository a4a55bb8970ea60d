import Glibc

/// What this process has used so far.
package enum ProcessUsage {
    /// User and system time of all threads, in seconds.
    package static var processorSeconds: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// The most that was resident, in bytes.
    package static var peak: Int { status("VmHWM:") }
    /// What is resident now, in bytes.
    package static var resident: Int { status("VmRSS:") }

    /// Nanoseconds of a clock that all processes of a machine share and nobody sets.
    package static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// A line of /proc/self/status in kB, as bytes.
    private static func status(_ name: String) -> Int {
        let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = max(0, read(descriptor, &bytes, bytes.count))
        for line in bytes[..<count].split(separator: 0x0A) where line.starts(with: name.utf8) {
            let digits = line.filter { (0x30...0x39).contains($0) }
            return (Int(String(decoding: digits, as: UTF8.self)) ?? 0) << 10
        }
        return 0
    }
}

# Time lme4 on the columns that speed.py wrote: seconds of lmer(), and the log-likelihood.
#
#   Rscript benchmarks/speed.R folder outcome predictor group random rows budget
suppressPackageStartupMessages(library(lme4))

given <- commandArgs(trailingOnly = TRUE)
names <- setNames(given[2:4], c("y", "x", "g"))
rows <- as.integer(given[6])
budget <- as.numeric(given[7])

column <- function(name, what) readBin(file.path(given[1], name), what, rows, size = 8)
frame <- data.frame(
  column(names["y"], "double"), column(names["x"], "double"), column(names["g"], "integer")
)
colnames(frame) <- names
formula <- as.formula(sprintf("%s ~ %s + (%s | %s)", names["y"], names["x"], given[5], names["g"]))

# The first call pays for compiling R's code.
data(sleepstudy, package = "lme4")
warm <- lmer(Reaction ~ Days + (Days | Subject), sleepstudy)

times <- numeric()
while (length(times) == 0 || (sum(times) < budget && length(times) < 25)) {
  times <- c(times, system.time(fit <- lmer(formula, frame), gcFirst = TRUE)[["elapsed"]])
}
cat(sprintf('{"seconds": %.17g, "llf": %.17g}\n', median(times), as.numeric(logLik(fit))))

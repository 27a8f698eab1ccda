# What lme4 and lmerTest say of the studies in data/more, for the tests of fit_mixed.
#
#   Rscript tests/reference/more.R > tests/reference/more.json
#
# Needs Debian's r-cran-lme4, r-cran-lmertest and r-cran-jsonlite. The tests read only the json. In
# each study y is the outcome, x the predictor and w the group predictor, with levels coded 0 and 1
# in the order of the study file. The tolerances are those of lme4.R, for the same reason.
suppressPackageStartupMessages({
  library(lme4)
  library(lmerTest)
  library(jsonlite)
})

tight <- lmerControl(
  check.scaleX = "ignore", optimizer = "nloptwrap",
  optCtrl = list(xtol_abs = 1e-11, ftol_abs = 1e-13, maxeval = 1e5),
  check.conv.grad = .makeCC("ignore", tol = 1e-3), check.conv.singular = .makeCC("ignore", tol = 1e-4)
)
named <- function(values) as.list(setNames(as.vector(values), names(values)))
column <- function(table, name) named(setNames(table[, name], rownames(table)))

# lme4 stops some digits before the optimum where the likelihood is flat: start again from there.
fit_tightly <- function(formula, data) {
  fit <- lmer(formula, data, control = tight)
  for (radius in c(1e-1, 1e-2, 1e-3)) {
    again <- lmer(formula, data, start = getME(fit, "theta"), control = lmerControl(
      optimizer = "bobyqa", optCtrl = list(rhobeg = radius, rhoend = 1e-9, maxfun = 1e5),
      calc.derivs = FALSE, check.scaleX = "ignore",
      check.conv.singular = .makeCC("ignore", tol = 1e-4)
    ))
    if (logLik(again) > logLik(fit)) fit <- again
  }
  fit
}

describe <- function(formula, data) {
  fit <- fit_tightly(formula, data)
  covariance <- VarCorr(fit)$g
  table <- summary(fit)$coefficients
  list(
    formula = deparse1(formula),
    estimate = column(table, "Estimate"), std_error = column(table, "Std. Error"),
    df = column(table, "df"),
    covariance = unname(matrix(covariance, nrow(covariance))), residual = sigma(fit)^2,
    loglik = as.numeric(logLik(fit)), singular = isSingular(fit)
  )
}

# A variable with two levels is 0 at the first and 1 at the second.
coded <- function(values, levels) {
  if (is.null(levels)) return(values)
  codes <- match(values, levels) - 1
  stopifnot(!anyNA(codes))
  codes
}

study <- function(name, g, y, x, w = NULL, x_levels = NULL, w_levels = NULL) {
  rows <- read.csv(file.path("data", "more", paste0(name, ".csv")), check.names = FALSE)
  data <- data.frame(g = factor(rows[[g]]), y = rows[[y]], x = coded(rows[[x]], x_levels))
  data$x_mean <- ave(data$x, data$g)
  data$x_within <- data$x - data$x_mean
  models <- list(null = y ~ 1 + (1 | g), x = y ~ x + (1 | g))
  # Where all groups have one mean of x, there is no slope between them.
  means_differ <- sd(data$x_mean) > 1e-9
  if (means_differ) models$within_between <- y ~ x_within + x_mean + (1 | g)
  if (!is.null(w)) {
    data$w <- coded(rows[[w]], w_levels)
    models <- c(models, list(x_w = y ~ x + w + (1 | g), x_by_w = y ~ x * w + (1 | g)))
    models$x_by_w_slopes <- y ~ x_within * w + (x_within | g)
    if (means_differ) models$x_by_w_slopes <- y ~ x_within * w + x_mean + (x_within | g)
  }
  fits <- lapply(models, describe, data = data)
  null <- fits$null
  between <- null$covariance[1]
  list(rows = nrow(data), groups = nlevels(data$g), icc = between / (between + null$residual),
       models = fits)
}

cat(toJSON(list(
  version = list(R = paste(R.version$major, R.version$minor, sep = "."),
                 lme4 = as.character(packageVersion("lme4")),
                 lmerTest = as.character(packageVersion("lmerTest"))),
  studies = list(
    blackmore = study("blackmore", "subject", "exercise", "age", "group",
                      w_levels = c("control", "patient")),
    early = study("early", "id", "cog", "age", "trt", w_levels = c("N", "Y")),
    gasoline = study("gasoline", "Sample", "yield", "endpoint", "vapor"),
    grunfeld = study("grunfeld", "firm", "invest", "value"),
    igf = study("igf", "Lot", "conc", "age"),
    orthodont = study("orthodont", "Subject", "distance", "age", "Sex",
                      w_levels = c("Female", "Male")),
    radon = study("radon", "county.name", "log.radon", "basement", "uranium"),
    ratpups = study("ratpups", "Litter", "weight", "sex", "Lsize", x_levels = c("Female", "Male")),
    sleepstudy = study("sleepstudy", "Subject", "Reaction", "Days"),
    wages = study("wages", "id", "lnw", "exper", "hgc"),
    wine = study("wine", "judge", "response", "temp", x_levels = c("cold", "warm"))
  )
), digits = NA, auto_unbox = TRUE, pretty = 1), "\n")
